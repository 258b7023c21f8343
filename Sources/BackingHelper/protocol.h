// What a mount and reprofs-backing say to each other: one SOCK_SEQPACKET connection for one request and one answer.
//
// The request carries descriptors: for an opening the mount's /dev/fuse and the file, for a closing /dev/fuse alone. The answer is an
// int32_t: a number of the kernel's (0 for a closing), or a negative errno. Of a file, EXDEV says that its file system is of a kind that is not
// handed over, and ENOENT that the helper sees no such mount.
#pragma once
#include <stdint.h>

#define REPROFS_BACKING_SOCKET "/run/reprofs/backing.sock"

enum { reprofs_backing_ask_open = 1, reprofs_backing_ask_close = 2 };

struct reprofs_backing_request {
    uint32_t operation;
    // Of what is closed; 0 for an opening.
    uint32_t id;
};
