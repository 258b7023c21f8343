#include "helper.h"

#include <sys/mman.h>

struct row {
    struct connection connection;
    uid_t user;
    // 0 until the kernel has given one.
    uint32_t id;
    int is_taken;
};
static struct ledger {
    // No row from here on was ever taken.
    int end;
    struct row rows[all_ids];
} *ledger;
static int connections_directory = -1, lock_file = -1;

int ledger_open(int connections) {
    connections_directory = connections;
    lock_file = memfd_create("lock", MFD_CLOEXEC);
    ledger = mmap(NULL, sizeof *ledger, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return lock_file < 0 || ledger == MAP_FAILED ? -1 : 0;
}

// A record lock: the kernel gives it back where its holder is killed.
static void lock(short type) {
    struct flock whole = {.l_type = type, .l_whence = SEEK_SET};
    while (fcntl(lock_file, F_SETLKW, &whole) != 0 && errno == EINTR) {}
}

int connection_facts(uint32_t number, struct connection *connection, uid_t *user) {
    char name[16];
    struct statx facts;
    snprintf(name, sizeof name, "%u", number);
    if (syscall(SYS_statx, connections_directory, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &facts) != 0)
        return errno == ENOENT ? -ENOTCONN : -errno;
    if (!S_ISDIR(facts.stx_mode)) return -ENOTCONN;
    *connection = (struct connection){.inode = facts.stx_ino, .number = number};
    *user = facts.stx_uid;
    return 0;
}

static int is_same(struct connection a, struct connection b) { return a.number == b.number && a.inode == b.inode; }

// Rows of mounts that are gone: their numbers went with them.
static void sweep(void) {
    for (int i = 0; i < ledger->end; i++) {
        struct row *row = &ledger->rows[i];
        struct connection now;
        uid_t user;
        row->is_taken = row->is_taken && connection_facts(row->connection.number, &now, &user) == 0 && is_same(now, row->connection);
    }
}

// A free row, where the user may have one more.
static int look(uid_t user) {
    int free = -1, count = 0;
    for (int i = 0; i < ledger->end; i++) {
        if (ledger->rows[i].is_taken) count += ledger->rows[i].user == user;
        else if (free < 0) free = i;
    }
    if (count >= user_ids) return -EDQUOT;
    if (free < 0 && ledger->end == all_ids) return -ENFILE;
    return free < 0 ? ledger->end : free;
}

int ledger_take(uid_t user, struct connection connection) {
    lock(F_WRLCK);
    int row = look(user);
    if (row < 0) {
        sweep();
        row = look(user);
    }
    if (row >= 0) {
        ledger->rows[row] = (struct row){.connection = connection, .user = user, .is_taken = 1};
        if (row == ledger->end) ledger->end++;
    }
    lock(F_UNLCK);
    return row;
}

void ledger_note(int row, uint32_t id) {
    lock(F_WRLCK);
    ledger->rows[row].id = id;
    ledger->rows[row].is_taken = id > 0;
    lock(F_UNLCK);
}

int ledger_find(uid_t user, struct connection connection, uint32_t id) {
    int found = -ENOENT;
    lock(F_WRLCK);
    for (int i = 0; i < ledger->end && found < 0; i++) {
        struct row *row = &ledger->rows[i];
        if (row->is_taken && row->id == id && row->user == user && is_same(row->connection, connection)) found = i;
    }
    lock(F_UNLCK);
    return found;
}
