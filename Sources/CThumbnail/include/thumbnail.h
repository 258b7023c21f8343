// Small WebP images of large ones, made row by row, or in a child process that can do nothing else. See Recipe/Pixels/PixelFacts.swift.
#pragma once
#include <stddef.h>
#include <sys/types.h>

typedef struct reprofs_thumbnail reprofs_thumbnail;

// Pixels of the longer side.
enum { reprofs_thumbnail_side = 320 };

// `sample`: bytes of one, 1 or 2. NULL where none is made of such an image.
reprofs_thumbnail *reprofs_thumbnail_new(size_t width, size_t height, int sample);
// The next row as RGBA, 16-bit samples big-endian.
void reprofs_thumbnail_row(reprofs_thumbnail *thumbnail, const unsigned char *rgba);
// Once all rows were given: turns the small image and writes it as a WebP file to `buffer`; its size, or 0 where it is none or does not fit.
size_t reprofs_thumbnail_write(reprofs_thumbnail *thumbnail, int orientation, unsigned char *buffer, size_t capacity);
void reprofs_thumbnail_free(reprofs_thumbnail *thumbnail);

// Writes the pixels of an image as they are looked at. `orientation`: as EXIF counts them, from 1, which leaves the image as it is, to 8; from
// 5 on, the sides are exchanged.
void reprofs_turn(const unsigned char *pixels, size_t width, size_t height, size_t channels, int orientation, unsigned char *turned);

// The same for a PNG, JPEG or WebP file that anybody may have made, in a child that can open nothing, has nothing open but `file`, and ends
// after so long. Bytes; 0 where there is no such image, it is damaged or takes too long; -1 and errno where no child can be made.
ssize_t reprofs_thumbnail_in_child(int file, int orientation, unsigned char *buffer, size_t capacity, int milliseconds);

// For a test: whether such a child ends when it tries to open a file (0) or a socket (1).
int reprofs_thumbnail_child_is_confined(int attempt);
