// Calls that glibc hides behind _GNU_SOURCE, which Swift's Glibc does not set, or does not have. No header is included:
// Swift would take its types for this module's.
#pragma once

// off_t is long on every 64-bit Linux.
int fallocate(int fd, int mode, long offset, long length);
int syncfs(int fd);
long syscall(long number, ...);

// The numbers of calls that are this young are the same on every architecture.

// A detached clone of the mount that holds `path`, rooted there; or -1 and errno.
static inline int reprofs_clone_mount(const char *path) {
    enum { open_tree = 428, relative_to_here = -100, clone = 1, close_on_exec = 02000000 };
    return (int)syscall(open_tree, relative_to_here, path, clone | close_on_exec);
}

// From now on nothing is written through a detached mount, not even access times; 0, or -1 and errno.
static inline int reprofs_make_read_only(int mount) {
    enum { mount_setattr = 442, empty_path = 0x1000, read_only = 1, no_suid = 2, no_dev = 4, no_atime = 0x10, atimes = 0x70 };
    struct { unsigned long long set, clear, propagation, user_namespace; } attributes = {
        .set = read_only | no_suid | no_dev | no_atime, .clear = atimes,
    };
    return (int)syscall(mount_setattr, mount, "", empty_path, &attributes, sizeof attributes);
}
