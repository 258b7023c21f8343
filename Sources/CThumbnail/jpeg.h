// A thumbnail of a JPEG image. Only the child calls it.
#pragma once
#include "thumbnail.h"

// Fills `buffer` with the next bytes of the file; 0 at its end.
typedef size_t (*reprofs_jpeg_read)(void *context, unsigned char *buffer, size_t count);

// NULL if the image is damaged, has more than `pixels`, is in a color space without a conversion to RGB (CMYK), or needs more than `memory`
// bytes, as a progressive one may, whose coefficients are held.
reprofs_thumbnail *reprofs_thumbnail_of_jpeg(reprofs_jpeg_read read, void *context, size_t pixels, size_t memory);
