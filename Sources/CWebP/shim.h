// libwebp decodes WebP images.
#pragma once
#include <webp/decode.h>
