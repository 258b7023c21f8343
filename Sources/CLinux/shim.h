// Calls that glibc hides behind _GNU_SOURCE, which Swift's Glibc does not set. No header is included: Swift would take its
// types for this module's.
#pragma once

// off_t is long on every 64-bit Linux.
int fallocate(int fd, int mode, long offset, long length);
int syncfs(int fd);
