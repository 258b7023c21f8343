// The mount's side of reprofs-backing. What it takes of sockets is not in a header: Swift has that from the C library's own module,
// and does not find it there any more once another module has it, too.
#pragma once
#include "../../BackingHelper/protocol.h"

// Asks reprofs-backing to do one of the two instead, where this process lacks the right. Its answer, a number or a negative errno, is in
// `answer`; -1 and errno: it gave none within so many milliseconds. `file` is -1 for a closing.
int reprofs_helper_ask(
    uint32_t operation, uint32_t id, int device, int file, int milliseconds, int32_t *answer);
