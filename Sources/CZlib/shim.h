// zlib for compressed PNG text and chunk checksums.
#pragma once
#include <zlib.h>

// inflateInit2 is a macro.
static inline int reprofs_inflate_init(z_stream *stream, int window_bits) { return inflateInit2(stream, window_bits); }
