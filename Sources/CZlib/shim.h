// zlib for compressed PNG text and chunk checksums.
#pragma once
#include <zlib.h>

// inflateInit is a macro.
static inline int reprofs_inflate_init(z_stream *stream) { return inflateInit(stream); }
