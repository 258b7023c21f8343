// Brotli decompresses the metadata boxes of JPEG XL and AVIF.
#pragma once
#include <brotli/decode.h>
