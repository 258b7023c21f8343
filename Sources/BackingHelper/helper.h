// reprofs-backing makes one call to the kernel for mounts of ordinary users: the kernel takes a file to read by itself from
// CAP_SYS_ADMIN alone. docs/SECURITY.md says what may come of that, and what stands in the way.
#pragma once
#define _GNU_SOURCE
#include "protocol.h"

#include <stdint.h>
#include <sys/types.h>

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
void ledger_note(int row, uint32_t id);
void ledger_free(int row);
// The row of a number that was given out for this mount; -ENOENT where none was.
int ledger_find(uid_t user, struct connection connection, uint32_t id);
// Which directory the mount of this number has, and whose it is. 0 or a negative errno.
int connection_facts(uint32_t number, struct connection *connection, uid_t *user);

// What is the case of these events within that time, by poll's names; 0: nothing.
short ready(int file, short events, int milliseconds);

// Serves one client's one request. Nothing that it sent is open afterwards. `user` is who connected.
void serve(int client, uid_t user);

// What the process may ask of the kernel from here on: for clients, or for the one that only serves.
int confine_listener(void);
int confine_server(void);
