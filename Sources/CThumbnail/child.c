#define _GNU_SOURCE
#include "thumbnail.h"

#include "../CPNG/shim.h"
#include "jpeg.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <webp/decode.h>

// More pixels nobody generates, and a small file may claim any number.
static const size_t pixel_limit = (size_t)1 << 28;
// What may be held of one image at once. Bytes.
static const size_t held_limit = 64u << 20;
// Seconds of a processor.
enum { processor_limit = 10 };

// MARK: - In the child. It was forked from a process with threads, and calls C libraries and the kernel alone.

#if defined(__x86_64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

// Memory, reading, writing and ending: whatever a decoder is made to do, it can ask the kernel for nothing else.
static void forbid_calls(void) {
#ifdef OWN_ARCHITECTURE
#define ALLOW(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCHITECTURE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ALLOW(read), ALLOW(pread64), ALLOW(write), ALLOW(exit_group), ALLOW(exit), ALLOW(rt_sigreturn), ALLOW(brk),
        ALLOW(mmap), ALLOW(munmap), ALLOW(mremap), ALLOW(mprotect), ALLOW(madvise), ALLOW(futex), ALLOW(getrandom),
        ALLOW(clock_gettime),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_fprog program = {.len = sizeof rules / sizeof *rules, .filter = rules};
    // A kernel without it leaves the limit of open files, under which nothing can be opened either.
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
#endif
}

static void confine(int file, int output, int parent) {
    struct sigaction usual = {.sa_handler = SIG_DFL};
    for (int signal = 1; signal < NSIG; signal++) sigaction(signal, &usual, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    // Beyond both, so that neither is closed by the other's coming.
    int high_file = fcntl(file, F_DUPFD, 10), high_output = fcntl(output, F_DUPFD, 10);
    if (high_file < 0 || high_output < 0 || dup2(high_file, 0) != 0 || dup2(high_output, 1) != 1) _exit(1);
    if (syscall(436 /* close_range */, 2, ~0u, 0) != 0)
        for (long i = sysconf(_SC_OPEN_MAX) - 1; i > 1; i--) close((int)i);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(1);
    if (prctl(PR_SET_DUMPABLE, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) _exit(1);
    struct rlimit nothing = {0, 0}, seconds = {processor_limit, processor_limit};
    if (setrlimit(RLIMIT_CORE, &nothing) != 0 || setrlimit(RLIMIT_CPU, &seconds) != 0
        || setrlimit(RLIMIT_NOFILE, &nothing) != 0)
        _exit(1);
    forbid_calls();
}

static size_t read_file(void *context, unsigned char *buffer, size_t count) {
    size_t *offset = context, got = 0;
    while (got < count) {
        ssize_t part = pread(0, buffer + got, count - got, (off_t)(*offset + got));
        if (part < 0 && errno == EINTR) continue;
        if (part <= 0) break;
        got += (size_t)part;
    }
    *offset += got;
    return got;
}

struct decoding {
    size_t offset;
    reprofs_thumbnail *thumbnail;
};

static size_t png_read(void *context, unsigned char *buffer, size_t count) {
    return read_file(&((struct decoding *)context)->offset, buffer, count);
}
static int png_begin(void *context, size_t width, size_t height, int sample) {
    if (height == 0 || width > pixel_limit / height) return 0;
    struct decoding *decoding = context;
    decoding->thumbnail = reprofs_thumbnail_new(width, height, sample);
    return decoding->thumbnail != NULL;
}
static int png_row(void *context, const unsigned char *row, size_t count) {
    (void)count;
    reprofs_thumbnail_row(((struct decoding *)context)->thumbnail, row);
    return 1;
}

static reprofs_thumbnail *decode_webp(size_t size) {
    int width, height;
    if (size > held_limit) return NULL;
    unsigned char *bytes = malloc(size);
    size_t offset = 0;
    if (!bytes || read_file(&offset, bytes, size) != size || !WebPGetInfo(bytes, size, &width, &height)) return NULL;
    if ((size_t)width * (size_t)height * 4 > held_limit) return NULL;
    unsigned char *rgba = WebPDecodeRGBA(bytes, size, &width, &height);
    reprofs_thumbnail *made = rgba ? reprofs_thumbnail_new((size_t)width, (size_t)height, 1) : NULL;
    for (int y = 0; made && y < height; y++) reprofs_thumbnail_row(made, rgba + (size_t)y * (size_t)width * 4);
    return made;
}

static void make(size_t size, int orientation, size_t capacity) {
    unsigned char first[12] = {0};
    size_t offset = 0;
    read_file(&offset, first, sizeof first);
    struct decoding decoding = {0};
    if (memcmp(first, "\x89PNG\r\n\x1a\n", 8) == 0) {
        reprofs_png_reader reader = {.context = &decoding, .read = png_read, .begin = png_begin, .row = png_row};
        if (reprofs_png_decode(&reader, held_limit) != 0) _exit(1);
    } else if (memcmp(first, "\xff\xd8\xff", 3) == 0) {
        offset = 0;
        decoding.thumbnail = reprofs_thumbnail_of_jpeg(read_file, &offset, pixel_limit, held_limit);
    } else if (memcmp(first, "RIFF", 4) == 0 && memcmp(first + 8, "WEBP", 4) == 0) {
        decoding.thumbnail = decode_webp(size);
    }
    unsigned char *webp = decoding.thumbnail ? malloc(capacity) : NULL;
    size_t count = webp ? reprofs_thumbnail_write(decoding.thumbnail, orientation, webp, capacity) : 0;
    for (size_t sent = 0; sent < count;) {
        ssize_t part = write(1, webp + sent, count - sent);
        if (part < 0 && errno == EINTR) continue;
        if (part <= 0) _exit(1);
        sent += (size_t)part;
    }
    _exit(count > 0 ? 0 : 1);
}

// MARK: - In the parent

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

// How it ended, as wait tells it.
static int end_of(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    return status;
}

ssize_t reprofs_thumbnail_in_child(int file, int orientation, unsigned char *buffer, size_t capacity, int milliseconds) {
    struct stat facts;
    int ends[2];
    if (fstat(file, &facts) != 0 || pipe2(ends, O_CLOEXEC) != 0) return -1;
    int parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        confine(file, ends[1], parent);
        make((size_t)facts.st_size, orientation, capacity);
    }
    int problem = errno;
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        errno = problem;
        return -1;
    }
    long long end = now() + milliseconds;
    size_t got = 0;
    int is_whole = 0;
    while (got <= capacity && !is_whole) {
        long long left = end - now();
        struct pollfd wanted = {.fd = ends[0], .events = POLLIN};
        int ready = left > 0 ? poll(&wanted, 1, (int)left) : 0;
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) break;
        unsigned char more;
        ssize_t part = got < capacity ? read(ends[0], buffer + got, capacity - got) : read(ends[0], &more, 1);
        if (part < 0 && errno == EINTR) continue;
        if (part < 0) break;
        is_whole = part == 0;
        got += (size_t)part;
    }
    close(ends[0]);
    if (!is_whole) kill(child, SIGKILL);
    int status = end_of(child);
    return is_whole && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? (ssize_t)got : 0;
}

int reprofs_thumbnail_child_is_confined(int attempt) {
    int file = open("/dev/null", O_RDONLY | O_CLOEXEC), parent = getpid();
    pid_t child = file < 0 ? -1 : fork();
    if (child == 0) {
        confine(file, file, parent);
        int opened = attempt == 0 ? open("/proc/self/status", O_RDONLY) : socket(AF_INET, SOCK_STREAM, 0);
        _exit(opened >= 0 ? 0 : 1);
    }
    if (file >= 0) close(file);
    int status = child < 0 ? 0 : end_of(child);
    return child > 0 && !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
