// libpng reports errors by longjmp, which Swift cannot cross: the whole of a decoding lives here.
#pragma once
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>

typedef struct {
    void *context;
    // Gives up to `count` bytes; fewer is the end of the file.
    size_t (*read)(void *context, unsigned char *buffer, size_t count);
    // Told once: pixels, and bytes of a sample (1 or 2). 0 stops.
    int (*begin)(void *context, size_t width, size_t height, int sample);
    // Every row as RGBA from the top, 16-bit samples big-endian. 0 stops.
    int (*row)(void *context, const unsigned char *row, size_t count);
} reprofs_png_reader;

static void reprofs_png_fill(png_structp png, png_bytep buffer, size_t count) {
    const reprofs_png_reader *reader = png_get_io_ptr(png);
    if (reader->read(reader->context, buffer, count) != count) png_error(png, "the file ends");
}

static void reprofs_png_silent(png_structp png, png_const_charp message) { (void)png; (void)message; }
static void reprofs_png_fail(png_structp png, png_const_charp message) {
    (void)message;
    longjmp(png_jmpbuf(png), 1);
}

// 0: decoded; 1: stopped by a callback; -1: damaged or too large. An interlaced image is held whole, up to `limit` bytes.
static inline int reprofs_png_decode(const reprofs_png_reader *reader, size_t limit) {
    unsigned char *volatile pixels = NULL;
    png_bytep *volatile rows = NULL;
    volatile int status = -1;
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, reprofs_png_fail, reprofs_png_silent);
    if (!png) return -1;
    png_infop info = png_create_info_struct(png);
    if (!info || setjmp(png_jmpbuf(png))) goto done;
    png_set_read_fn(png, (void *)reader, reprofs_png_fill);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_benign_errors(png, 1);
    png_set_crc_action(png, PNG_CRC_DEFAULT, PNG_CRC_QUIET_USE);
    png_read_info(png, info);
    size_t width = png_get_image_width(png, info), height = png_get_image_height(png, info);
    png_set_expand(png);
    png_set_gray_to_rgb(png);
    int sample = png_get_bit_depth(png, info) == 16 ? 2 : 1;
    png_set_add_alpha(png, sample == 2 ? 0xFFFF : 0xFF, PNG_FILLER_AFTER);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    size_t stride = png_get_rowbytes(png, info);
    if (stride != width * 4 * (size_t)sample) goto done;
    if (!reader->begin(reader->context, width, height, sample)) {
        status = 1;
        goto done;
    }
    size_t held = passes > 1 ? height : 1;
    if (held * stride > limit && passes > 1) goto done;
    pixels = malloc(held * stride);
    rows = malloc(held * sizeof(png_bytep));
    if (!pixels || !rows) goto done;
    for (size_t y = 0; y < held; y++) rows[y] = pixels + y * stride;
    if (passes > 1) png_read_image(png, rows);
    for (size_t y = 0; y < height; y++) {
        if (passes == 1) png_read_row(png, pixels, NULL);
        if (!reader->row(reader->context, passes > 1 ? rows[y] : pixels, stride)) {
            status = 1;
            goto done;
        }
    }
    status = 0;
done:
    free(pixels);
    free(rows);
    png_destroy_read_struct(&png, &info, NULL);
    return status;
}
