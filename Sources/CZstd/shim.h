// zstd for the small documents that live in the catalogue.
#pragma once
#include <zstd.h>
