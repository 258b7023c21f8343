// reprofs-backing makes one call to the kernel for mounts of ordinary users: the kernel takes a file to read by itself from
// CAP_SYS_ADMIN alone. docs/SECURITY.md says what may come of that, and what stands in the way.
#pragma once
#define _GNU_SOURCE
#include "protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    // Numbers that one user id may have, and all together.
    user_ids = 4096,
    all_ids = 32768,
    // Processes that work for one user id, and for all together.
    user_clients = 16,
    all_clients = 128,
    // Connections that wait, as many as the kernel allows by default, so that it takes a large crowd to leave no room for others.
    backlog = 4096,
    // Milliseconds until a client must have said what it wants, and seconds after which its process is ended, whatever holds it.
    patience = 1000,
    lifetime = 5,
};

// <linux/fuse.h>, protocol 7.40.
struct backing_map {
    int32_t file;
    uint32_t flags;
    uint64_t padding;
};
#define BACKING_OPEN _IOW(229, 1, struct backing_map)
#define BACKING_CLOSE _IOW(229, 2, uint32_t)

// A mount. The kernel gives its number to another one as soon as it is gone, but not the inode of its directory.
struct connection {
    uint64_t inode;
    uint32_t number;
};

// A row for each number that the kernel gave out, in memory that all processes share.

// 0, or -1 where there is no memory. `connections` is /sys/fs/fuse/connections.
int ledger_open(int connections);
// Takes a row before the kernel is asked, so that the bounds hold whoever asks at once. Its index, or a negative errno.
int ledger_take(uid_t user, struct connection connection);
// What the row is of; 0: nothing any more.
void ledger_note(int row, uint32_t id);
// The row of a number that was given out for this mount; -ENOENT where none was.
int ledger_find(uid_t user, struct connection connection, uint32_t id);
// Which directory the mount of this number has, and whose it is. 0 or a negative errno.
int connection_facts(uint32_t number, struct connection *connection, uid_t *user);

// What is the case of these events within that time, by poll's names; 0: nothing.
short ready(int file, short events, int milliseconds);

// Serves one client's one request. Nothing that it sent is open afterwards. `user` is who connected.
void serve(int client, uid_t user);

// From here on the process may ask of the kernel what a listener does, or what serving takes and nothing else.
int confine(int is_listener);
