#include "jpeg.h"

#include "../CJPEG/shim.h"
#include <jerror.h>
#include <setjmp.h>
#include <stdlib.h>

// Decoded at this many times the thumbnail's side at least, so that its pixels are still means of several.
enum { oversampling = 2, buffer_size = 64 << 10 };

struct decoder {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    jmp_buf failed;
    reprofs_jpeg_read read;
    void *context;
    reprofs_thumbnail *made;
    unsigned char *row;
    unsigned char buffer[buffer_size];
};

static void fail(j_common_ptr jpeg) { longjmp(((struct decoder *)jpeg->client_data)->failed, 1); }
static void say_nothing(j_common_ptr jpeg) { (void)jpeg; }
static void do_nothing(j_decompress_ptr jpeg) { (void)jpeg; }

static boolean fill(j_decompress_ptr jpeg) {
    struct decoder *decoder = jpeg->client_data;
    size_t got = decoder->read(decoder->context, decoder->buffer, buffer_size);
    // What is missing at the end of a file would be gray: there is no picture then.
    if (got == 0) ERREXIT(jpeg, JERR_INPUT_EOF);
    decoder->source.next_input_byte = decoder->buffer;
    decoder->source.bytes_in_buffer = got;
    return TRUE;
}

static void skip(j_decompress_ptr jpeg, long count) {
    struct jpeg_source_mgr *source = jpeg->src;
    while (count > (long)source->bytes_in_buffer) {
        count -= (long)source->bytes_in_buffer;
        fill(jpeg);
    }
    if (count <= 0) return;
    source->next_input_byte += count;
    source->bytes_in_buffer -= (size_t)count;
}

static void decode(struct decoder *decoder, size_t pixels, size_t memory) {
    j_decompress_ptr jpeg = &decoder->jpeg;
    jpeg_create_decompress(jpeg);
    // Beyond it libjpeg would want a temporary file, and has none.
    jpeg->mem->max_memory_to_use = (long)memory;
    decoder->source = (struct jpeg_source_mgr){
        .init_source = do_nothing, .fill_input_buffer = fill, .skip_input_data = skip,
        .resync_to_restart = jpeg_resync_to_restart, .term_source = do_nothing};
    jpeg->src = &decoder->source;
    jpeg_read_header(jpeg, TRUE);
    if (jpeg->image_height == 0 || jpeg->image_width > pixels / jpeg->image_height) return;
    jpeg->out_color_space = JCS_EXT_RGBA;
    // Halves, quarters and eighths cost a fraction of the whole.
    unsigned longest = jpeg->image_width > jpeg->image_height ? jpeg->image_width : jpeg->image_height;
    jpeg->scale_num = 1;
    jpeg->scale_denom = 1;
    while (jpeg->scale_denom < 8 && longest / (jpeg->scale_denom * 2) >= oversampling * reprofs_thumbnail_side)
        jpeg->scale_denom *= 2;
    jpeg_start_decompress(jpeg);
    decoder->row = malloc((size_t)jpeg->output_width * 4);
    decoder->made = reprofs_thumbnail_new(jpeg->output_width, jpeg->output_height, 1);
    if (!decoder->row || !decoder->made) fail((j_common_ptr)jpeg);
    while (jpeg->output_scanline < jpeg->output_height) {
        jpeg_read_scanlines(jpeg, &decoder->row, 1);
        reprofs_thumbnail_row(decoder->made, decoder->row);
    }
}

reprofs_thumbnail *reprofs_thumbnail_of_jpeg(reprofs_jpeg_read read, void *context, size_t pixels, size_t memory) {
    struct decoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder) return NULL;
    decoder->read = read;
    decoder->context = context;
    decoder->jpeg.err = jpeg_std_error(&decoder->errors);
    decoder->errors.error_exit = fail;
    decoder->errors.output_message = say_nothing;
    decoder->jpeg.client_data = decoder;
    if (setjmp(decoder->failed) == 0) {
        decode(decoder, pixels, memory);
    } else {
        reprofs_thumbnail_free(decoder->made);
        decoder->made = NULL;
    }
    jpeg_destroy_decompress(&decoder->jpeg);
    free(decoder->row);
    reprofs_thumbnail *made = decoder->made;
    free(decoder);
    return made;
}
