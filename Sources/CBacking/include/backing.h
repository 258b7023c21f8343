// Asks reprofs-backing for what takes a right that the mount of an ordinary user lacks.
#pragma once
#include "../../BackingHelper/protocol.h"

// Its answer, a number or a negative errno, is in `answer`; -1 and errno: it gave none within so many milliseconds. `file` is -1 for a
// closing.
int reprofs_helper_ask(
    uint32_t operation, uint32_t id, int device, int file, int milliseconds, int32_t *answer);
