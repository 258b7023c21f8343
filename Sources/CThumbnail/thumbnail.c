#include "thumbnail.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <webp/encode.h>

// Pixels of a side at most: sums of a column stay within 32 bits.
enum { side_limit = 65536 };

struct reprofs_thumbnail {
    size_t width, height, small_width, small_height, y, row;
    int sample;
    // Of each sample of a row: what the rows of the small row came to, each by how much of it lies there.
    uint32_t *sums;
    unsigned char *pixels;
};

static size_t scaled(size_t side, size_t longest) {
    size_t small = longest <= reprofs_thumbnail_side ? side : side * reprofs_thumbnail_side / longest;
    return small ? small : 1;
}

reprofs_thumbnail *reprofs_thumbnail_new(size_t width, size_t height, int sample) {
    if (width == 0 || height == 0 || width > side_limit || height > side_limit) return NULL;
    reprofs_thumbnail *made = calloc(1, sizeof *made);
    if (!made) return NULL;
    size_t longest = width > height ? width : height;
    *made = (reprofs_thumbnail){
        .width = width, .height = height, .small_width = scaled(width, longest), .small_height = scaled(height, longest),
        .sample = sample};
    made->sums = calloc(width * 4, sizeof *made->sums);
    made->pixels = malloc(made->small_width * made->small_height * 4);
    if (made->sums && made->pixels) return made;
    reprofs_thumbnail_free(made);
    return NULL;
}

void reprofs_thumbnail_free(reprofs_thumbnail *thumbnail) {
    if (!thumbnail) return;
    free(thumbnail->sums);
    free(thumbnail->pixels);
    free(thumbnail);
}

static void add(reprofs_thumbnail *to, const unsigned char *rgba, uint32_t weight) {
    size_t count = to->width * 4;
    uint32_t *sums = to->sums;
    if (to->sample == 2)
        for (size_t i = 0; i < count; i++) sums[i] += rgba[2 * i] * weight;
    else
        for (size_t i = 0; i < count; i++) sums[i] += rgba[i] * weight;
}

// The columns of a small row, as its rows were: each by how much of it lies in a small column.
static void finish_row(reprofs_thumbnail *of) {
    unsigned char *pixel = of->pixels + of->row * of->small_width * 4;
    uint64_t total = (uint64_t)of->width * of->height;
    size_t x = 0, begun = 0;
    for (size_t column = 0; column < of->small_width; column++, pixel += 4) {
        uint64_t sums[4] = {0};
        // In units of which a column of the image has `small_width`, and a small one `width`.
        size_t left = of->width;
        while (left > 0 && x < of->width) {
            size_t weight = of->small_width - begun < left ? of->small_width - begun : left;
            for (int c = 0; c < 4; c++) sums[c] += (uint64_t)of->sums[4 * x + c] * weight;
            left -= weight;
            begun += weight;
            if (begun == of->small_width) x++, begun = 0;
        }
        for (int c = 0; c < 4; c++) pixel[c] = (unsigned char)((sums[c] + total / 2) / total);
    }
    memset(of->sums, 0, of->width * 4 * sizeof *of->sums);
    of->row++;
}

void reprofs_thumbnail_row(reprofs_thumbnail *thumbnail, const unsigned char *rgba) {
    if (thumbnail->y >= thumbnail->height) return;
    // In units of which a row of the image has `small_height`, and a small one `height`.
    size_t begin = thumbnail->y * thumbnail->small_height, end = begin + thumbnail->small_height;
    size_t border = (thumbnail->row + 1) * thumbnail->height;
    thumbnail->y++;
    if (end < border) return add(thumbnail, rgba, (uint32_t)(end - begin));
    add(thumbnail, rgba, (uint32_t)(border - begin));
    finish_row(thumbnail);
    if (end > border) add(thumbnail, rgba, (uint32_t)(end - border));
}

// Source: EXIF 2.32, 4.6.4: where the first row and the first column belong.
void reprofs_turn(const unsigned char *pixels, size_t width, size_t height, size_t channels, int orientation, unsigned char *turned) {
    int exchanged = orientation >= 5, from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    int from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    for (size_t y = 0; y < (exchanged ? width : height); y++)
        for (size_t x = 0; x < (exchanged ? height : width); x++, turned += channels) {
            size_t column = exchanged ? y : x, row = exchanged ? x : y;
            if (from_right) column = width - 1 - column;
            if (from_below) row = height - 1 - row;
            memcpy(turned, pixels + (row * width + column) * channels, channels);
        }
}

size_t reprofs_thumbnail_write(reprofs_thumbnail *thumbnail, int orientation, unsigned char *buffer, size_t capacity) {
    if (thumbnail->row != thumbnail->small_height) return 0;
    WebPConfig config;
    WebPPicture picture;
    if (!WebPConfigInit(&config) || !WebPPictureInit(&picture)) return 0;
    config.quality = 75;
    // A quarter of the usual effort: a few percent more bytes.
    config.method = 1;
    size_t width = thumbnail->small_width, height = thumbnail->small_height;
    unsigned char *turned = malloc(width * height * 4);
    if (!turned) return 0;
    reprofs_turn(thumbnail->pixels, width, height, 4, orientation, turned);
    picture.width = (int)(orientation >= 5 ? height : width);
    picture.height = (int)(orientation >= 5 ? width : height);
    WebPMemoryWriter writer;
    WebPMemoryWriterInit(&writer);
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &writer;
    size_t size = 0;
    if (WebPPictureImportRGBA(&picture, turned, picture.width * 4) && WebPEncode(&config, &picture)
        && writer.size <= capacity) {
        size = writer.size;
        memcpy(buffer, writer.mem, size);
    }
    free(turned);
    WebPPictureFree(&picture);
    WebPMemoryWriterClear(&writer);
    return size;
}
