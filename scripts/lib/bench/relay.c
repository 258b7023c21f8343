// A line between this machine and itself: bytes come late, as over a distance, and no faster than its rate.
//   relay PORT SERVER-PORT RATE DELAY [RATE-OF-A-CONNECTION]      rates in bytes a second, the delay of one way in microseconds
// Prints "ready" when it listens. Each direction has the rate for itself, shared by all connections. A connection that is made waits
// for one way there and one back. At most WINDOW bytes of a connection are on their way in one direction, as with a large TCP window.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 1 << 16, WINDOW = 64 };  // Bytes; pieces.

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void wait_until(double when) {
    struct timespec time = {.tv_sec = (time_t)when, .tv_nsec = (long)((when - (time_t)when) * 1e9)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR) {}
}

static double rate, delay, own_rate;
static struct {
    pthread_mutex_t lock;
    double free;  // When the line is free again.
} lines[2] = {{PTHREAD_MUTEX_INITIALIZER, 0}, {PTHREAD_MUTEX_INITIALIZER, 0}};
static int server_port;

struct direction {
    int from, to, line;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct { double due; int count; char *bytes; } pieces[WINDOW];
    unsigned head, tail;  // The next piece to be filled, and to be sent.
    int is_over;
};

static void *send_pieces(void *argument) {
    struct direction *way = argument;
    for (;;) {
        pthread_mutex_lock(&way->lock);
        while (way->head == way->tail) pthread_cond_wait(&way->changed, &way->lock);
        unsigned slot = way->tail % WINDOW;
        pthread_mutex_unlock(&way->lock);
        wait_until(way->pieces[slot].due);
        int count = way->pieces[slot].count, sent = 0;
        while (sent < count && !way->is_over) {
            ssize_t written = send(way->to, way->pieces[slot].bytes + sent, count - sent, MSG_NOSIGNAL);
            if (written <= 0) way->is_over = 1; else sent += written;
        }
        pthread_mutex_lock(&way->lock);
        way->tail++;
        pthread_cond_signal(&way->changed);
        pthread_mutex_unlock(&way->lock);
        if (count == 0) {
            shutdown(way->to, SHUT_WR);
            return NULL;
        }
    }
}

static void *read_pieces(void *argument) {
    struct direction *way = argument;
    double own_free = 0;
    pthread_t sender;
    pthread_create(&sender, NULL, send_pieces, way);
    for (;;) {
        pthread_mutex_lock(&way->lock);
        while (way->head - way->tail == WINDOW) pthread_cond_wait(&way->changed, &way->lock);
        unsigned slot = way->head % WINDOW;
        pthread_mutex_unlock(&way->lock);
        if (!way->pieces[slot].bytes) way->pieces[slot].bytes = malloc(PIECE);
        ssize_t count = way->is_over ? 0 : recv(way->from, way->pieces[slot].bytes, PIECE, 0);
        if (count < 0) count = 0;
        double time = now(), end = time;
        if (own_rate > 0) {
            own_free = (own_free > time ? own_free : time) + count / own_rate;
            end = own_free;
        }
        pthread_mutex_lock(&lines[way->line].lock);
        double start = lines[way->line].free > time ? lines[way->line].free : time;
        lines[way->line].free = start + count / rate;
        if (lines[way->line].free > end) end = lines[way->line].free;
        pthread_mutex_unlock(&lines[way->line].lock);
        way->pieces[slot].due = end + delay;
        way->pieces[slot].count = count;
        pthread_mutex_lock(&way->lock);
        way->head++;
        pthread_cond_signal(&way->changed);
        pthread_mutex_unlock(&way->lock);
        if (count == 0) break;
        // What waits for its turn is not read ahead of others: a line gives each connection its part.
        if (end > time + delay) wait_until(end - delay);
    }
    pthread_join(sender, NULL);
    for (int slot = 0; slot < WINDOW; slot++) free(way->pieces[slot].bytes);
    return NULL;
}

static struct sockaddr_in loopback(int port) {
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void *serve(void *argument) {
    int client = (int)(long)argument, one = 1;
    struct sockaddr_in address = loopback(server_port);
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    // The handshake.
    wait_until(now() + 2 * delay);
    if (connect(server, (struct sockaddr *)&address, sizeof address) == 0) {
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct direction *ways = calloc(2, sizeof *ways);
        pthread_t readers[2];
        for (int line = 0; line < 2; line++) {
            ways[line] = (struct direction){.from = line ? server : client, .to = line ? client : server, .line = line};
            pthread_mutex_init(&ways[line].lock, NULL);
            pthread_cond_init(&ways[line].changed, NULL);
            pthread_create(&readers[line], NULL, read_pieces, &ways[line]);
        }
        for (int line = 0; line < 2; line++) pthread_join(readers[line], NULL);
        free(ways);
    }
    close(client);
    close(server);
    return NULL;
}

int main(int count, char **arguments) {
    if (count < 5) return 64;
    server_port = atoi(arguments[2]);
    rate = atof(arguments[3]);
    delay = atof(arguments[4]) / 1e6;
    own_rate = count > 5 ? atof(arguments[5]) : 0;
    struct sockaddr_in address = loopback(atoi(arguments[1]));
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 128) != 0) {
        perror("relay");
        return 1;
    }
    puts("ready");
    fflush(stdout);
    for (;;) {
        int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (client < 0) continue;
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, (void *)(long)client) == 0) pthread_detach(thread);
        else close(client);
    }
}
