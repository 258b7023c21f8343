// Calls that glibc hides behind _GNU_SOURCE, which Swift's Glibc does not set, or does not have. No header is included:
// Swift would take its types for this module's.
#pragma once

// off_t is long on every 64-bit Linux.
int fallocate(int fd, int mode, long offset, long length);
int syncfs(int fd);
int sync_file_range(int fd, long offset, long count, unsigned flags);
int pipe2(int *ends, int flags);
long syscall(long number, ...);
int gettid(void);
long flistxattr(int fd, char *names, long size);
long fgetxattr(int fd, const char *name, void *value, long size);
int fsetxattr(int fd, const char *name, const void *value, long size, int flags);
// A semaphore and a timespec, by a clock that nobody sets.
int sem_clockwait(void *semaphore, int clock, const void *until);
// Takes a posix_spawn_file_actions_t.
int posix_spawn_file_actions_addclosefrom_np(void *actions, int first);

// The numbers of calls that are this young are the same on every architecture.

// A detached clone of the mount that holds `path`, rooted there; or -1 and errno.
static inline int reprofs_clone_mount(const char *path) {
    enum { open_tree = 428, relative_to_here = -100, clone = 1, close_on_exec = 02000000 };
    return (int)syscall(open_tree, relative_to_here, path, clone | close_on_exec);
}

// Asks for a lease, which the kernel gives only where nobody else has the file open or mapped, and gives it back: 1, 0 where
// somebody has, or -1 and errno where it cannot be told. Who opens it meanwhile is told by a signal that nobody notices, where the
// default would end the process.
static inline int reprofs_is_unused(int fd) {
    extern int fcntl(int, int, ...);
    extern int *__errno_location(void);
    enum { set_signal = 10, urgent = 23, set_lease = 1024, lock_for_writing = 1, unlock = 2, try_again = 11, busy = 16 };
    if (fcntl(fd, set_signal, urgent) != 0)
        return -1;
    if (fcntl(fd, set_lease, lock_for_writing) != 0)
        return *__errno_location() == try_again || *__errno_location() == busy ? 0 : -1;
    fcntl(fd, set_lease, unlock);
    return 1;
}

// How many pages of a file are in memory, or -1 and errno where the kernel cannot say.
static inline long reprofs_cached_pages(int fd) {
    enum { cachestat = 451 };
    struct { unsigned long long offset, length; } everything = {0, 0};
    struct { unsigned long long cached, dirty, writeback, evicted, recently_evicted; } found;
    return syscall(cachestat, fd, &everything, &found, 0) == 0 ? (long)found.cached : -1;
}

// From now on nothing is written through a detached mount, not even access times; 0, or -1 and errno.
static inline int reprofs_make_read_only(int mount) {
    enum { mount_setattr = 442, empty_path = 0x1000, read_only = 1, no_suid = 2, no_dev = 4, no_atime = 0x10, atimes = 0x70 };
    struct { unsigned long long set, clear, propagation, user_namespace; } attributes = {
        .set = read_only | no_suid | no_dev | no_atime, .clear = atimes,
    };
    return (int)syscall(mount_setattr, mount, "", empty_path, &attributes, sizeof attributes);
}

// From now on the disk serves this thread after others, where its scheduler knows of that; 0, or -1 and errno.
//
// It is the last level of the usual class, not the idle class: the scheduler mq-deadline lets a request of the idle class wait for ten
// seconds while there are others. A thread that waits so within a transaction holds up everybody, and one that reads holds up an unmount.
static inline int reprofs_yield_disk(void) {
#if defined(__x86_64__)
    enum { ioprio_set = 251 };
#else
    enum { ioprio_set = 30 };
#endif
    enum { of_a_process = 1, this_thread = 0, usual_class = 2 << 13, last = 7 };
    return (int)syscall(ioprio_set, of_a_process, this_thread, usual_class | last);
}

// Opens `path` under an open directory. No link is followed on the way and nothing leads out; -1 and errno.
static inline int reprofs_open_beneath(int directory, const char *path, unsigned flags, unsigned mode) {
    enum { openat2 = 437, no_magic_links = 2, no_links = 4, beneath = 8 };
    struct { unsigned long long flags, mode, resolve; } how = {
        .flags = flags, .mode = mode, .resolve = no_magic_links | no_links | beneath,
    };
    return (int)syscall(openat2, directory, path, &how, sizeof how);
}

// Gives an open file another name, which must be free. By the descriptor itself, which takes a privilege on many kernels, or by
// its entry in /proc, which does not; 0, or -1 and errno.
static inline int reprofs_link_open_file(int fd, int directory, const char *name) {
    extern int linkat(int, const char *, int, const char *, int);
    extern int snprintf(char *, unsigned long, const char *, ...);
    extern int *__errno_location(void);
    enum { empty_path = 0x1000, follow_link = 0x400, here = -100, no_entry = 2 };
    char entry[32];
    if (linkat(fd, "", directory, name, empty_path) == 0)
        return 0;
    if (*__errno_location() != no_entry)
        return -1;
    snprintf(entry, sizeof entry, "/proc/self/fd/%d", fd);
    return linkat(here, entry, directory, name, follow_link);
}

// Gives a file another name in another directory unless that exists; 0, or -1 and errno.
static inline int reprofs_rename_new(int from, const char *name, int to, const char *new_name) {
    extern int renameat2(int, const char *, int, const char *, unsigned);
    enum { no_replace = 1 };
    return renameat2(from, name, to, new_name, no_replace);
}

// Asks to be told by a signal that nobody notices, where the default would end the process, when somebody wants to write to the
// file; 1 where nobody writes to it now, 0 where somebody does, or -1 and errno where it cannot be told.
static inline int reprofs_take_read_lease(int fd) {
    extern int fcntl(int, int, ...);
    extern int *__errno_location(void);
    enum { set_signal = 10, urgent = 23, set_lease = 1024, lock_for_reading = 0, try_again = 11 };
    if (fcntl(fd, set_signal, urgent) == 0 && fcntl(fd, set_lease, lock_for_reading) == 0)
        return 1;
    return *__errno_location() == try_again ? 0 : -1;
}

// Whether nobody has asked to write to the file since its lease was taken.
static inline int reprofs_holds_read_lease(int fd) {
    extern int fcntl(int, int, ...);
    enum { get_lease = 1025, lock_for_reading = 0 };
    return fcntl(fd, get_lease) == lock_for_reading;
}

static inline void reprofs_give_lease(int fd) {
    extern int fcntl(int, int, ...);
    enum { set_lease = 1024, unlock = 2 };
    fcntl(fd, set_lease, unlock);
}

// What `ps` and `pgrep` call this process.
static inline void reprofs_name_process(const char *name) {
    extern int prctl(int, ...);
    enum { set_name = 15 };
    prctl(set_name, name);
}

// A descriptor that becomes readable when the process has ended, reaped or not; or -1 and errno.
static inline int reprofs_process(int process) {
    enum { pidfd_open = 434 };
    return (int)syscall(pidfd_open, process, 0);
}

// The capabilities that this thread may use, as bits; 0 where they cannot be told.
static inline unsigned long long reprofs_capabilities(void) {
    extern int capget(void *, void *);
    struct { unsigned version; int thread; } header = {0x20080522, 0};
    struct { unsigned effective, permitted, inheritable; } sets[2] = {{0, 0, 0}, {0, 0, 0}};
    if (capget(&header, sets) != 0)
        return 0;
    return (unsigned long long)sets[1].effective << 32 | sets[0].effective;
}

// Locks a whole file for the open file description alone, without waiting, or unlocks it; 0, or -1 and errno.
static inline int reprofs_change_lock_of_whole_file(int fd, int type) {
    extern int fcntl(int, int, ...);
    enum { set_description_lock = 37 };
    // struct flock of <fcntl.h> on every 64-bit Linux.
    struct { short type, whence; long start, length; int process; } whole = { .type = (short)type };
    return fcntl(fd, set_description_lock, &whole);
}
static inline int reprofs_lock_whole_file(int fd) {
    int write_lock = 1;
    return reprofs_change_lock_of_whole_file(fd, write_lock);
}
static inline int reprofs_unlock_whole_file(int fd) {
    int unlock = 2;
    return reprofs_change_lock_of_whole_file(fd, unlock);
}

// The same for one byte, which others may lock too: shared by, or let go of by, this open file description, or whether another one
// has it; 0, or -1 and errno. A byte that cannot be asked for is no other's.
static inline int reprofs_lock_byte(int fd, long byte, int command, int *type) {
    extern int fcntl(int, int, ...);
    struct { short type, whence; long start, length; int process; } one = {
        .type = (short)*type, .start = byte, .length = 1 };
    int result = fcntl(fd, command, &one);
    *type = one.type;
    return result;
}
static inline int reprofs_share_byte(int fd, long byte) {
    int read_lock = 0;
    return reprofs_lock_byte(fd, byte, 37, &read_lock);
}
static inline int reprofs_let_byte_go(int fd, long byte) {
    int unlock = 2;
    return reprofs_lock_byte(fd, byte, 37, &unlock);
}
static inline int reprofs_is_byte_shared(int fd, long byte) {
    enum { get_description_lock = 36, unlocked = 2 };
    int type = 1;
    return reprofs_lock_byte(fd, byte, get_description_lock, &type) == 0 && type != unlocked;
}

// From now on an empty file is written in place, where its file system would copy on write; 0, or -1 and errno.
static inline int reprofs_write_in_place(int fd) {
    extern int ioctl(int, unsigned long, ...);
    enum { no_copy_on_write = 0x00800000 };
    const unsigned long get_flags = 0x80086601, set_flags = 0x40086602;
    long flags = 0;
    if (ioctl(fd, get_flags, &flags) != 0) return -1;
    flags |= no_copy_on_write;
    return ioctl(fd, set_flags, &flags);
}

// Tells ThreadSanitizer, where it runs, that a lock was taken and is let go: it sees neither in a library that it did not build.
static inline void reprofs_took_lock(void *lock) {
    extern void __tsan_acquire(void *) __attribute__((weak));
    if (__tsan_acquire) __tsan_acquire(lock);
}
static inline void reprofs_lets_lock_go(void *lock) {
    extern void __tsan_release(void *) __attribute__((weak));
    if (__tsan_release) __tsan_release(lock);
}

// Takes or gives back a lock on bytes of a file, which belongs to the open file and not to the process; 0, or -1 and errno. It waits for
// nobody.
static inline int reprofs_lock_bytes(int fd, long start, long length, int takes) {
    extern int fcntl(int, int, ...);
    enum { set_open_file_lock = 37, lock_for_writing = 1, unlock = 2 };
    struct { short type, whence; long start, length; int process; } lock = {takes ? lock_for_writing : unlock, 0, start, length, 0};
    return fcntl(fd, set_open_file_lock, &lock);
}
