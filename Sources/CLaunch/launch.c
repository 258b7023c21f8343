#define _GNU_SOURCE
#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// In the child, which was forked from a process with threads and calls the kernel alone. It returns only where the program cannot be run.
static void run(const struct reprofs_program *program, int output, int parent) {
    struct sigaction usual = {.sa_handler = SIG_DFL};
    for (int signal = 1; signal < NSIG; signal++) sigaction(signal, &usual, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (setpgid(0, 0) != 0 || prctl(PR_SET_PDEATHSIG, program->last_signal) != 0) return;
    // It may have ended before the kernel was asked to tell.
    if (getppid() != parent) _exit(1);
    int empty = open("/dev/null", O_RDONLY);
    if (empty < 0 || dup2(empty, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) return;
    // Whatever some library forgot to close on exec; an older kernel leaves it open.
    syscall(436 /* close_range */, 3, ~0u, 4 /* CLOSE_RANGE_CLOEXEC */);
    if (chdir(program->directory) != 0) return;
    execve(program->path, program->arguments, program->environment);
}

int reprofs_launch(const struct reprofs_program *program) {
    int ends[2];
    // Beyond the standard descriptors, so that these do not close it.
    int output = fcntl(program->output, F_DUPFD_CLOEXEC, 10);
    if (output < 0) return -1;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        int problem = errno;
        close(output);
        errno = problem;
        return -1;
    }
    // No handler of this process may run in the child.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int parent = getpid();
    int child = _Fork();
    if (child == 0) {
        int told = fcntl(ends[1], F_DUPFD_CLOEXEC, 10);
        run(program, output, parent);
        int problem = errno;
        while (write(told, &problem, sizeof problem) < 0 && errno == EINTR) {}
        _exit(127);
    }
    int problem = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(output);
    close(ends[1]);
    if (child > 0) {
        // The pipe is closed when the program runs.
        ssize_t got;
        do got = read(ends[0], &problem, sizeof problem);
        while (got < 0 && errno == EINTR);
        if (got == (ssize_t)sizeof problem) {
            while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
            child = -1;
        }
    }
    close(ends[0]);
    errno = problem;
    return child;
}
