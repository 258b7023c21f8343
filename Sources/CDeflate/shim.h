// libdeflate for the CRC-32 of models.
#pragma once
#include <libdeflate.h>
