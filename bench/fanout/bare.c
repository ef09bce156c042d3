/* The kernel's limit: one send() of one joined buffer for each picture and viewer, and nothing else.
   bare VIEWERS KEY_BYTES DELTA_BYTES GROUP PICTURES_S: prints its port, awaits the viewers, plays until ended.
   Each buffer carries the stamp that bench/fanout/camera.py writes. What a full socket refuses is dropped. One that was
   stopped for a while (SIGSTOP) goes on from then, and makes up for nothing. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void put(unsigned char *at, uint64_t value) {
    for (int i = 7; i >= 0; i--, value >>= 8) at[i] = value & 0xff;
}

int main(int argc, char **argv) {
    if (argc != 6) return 2;
    int viewers = atoi(argv[1]), key = atoi(argv[2]), delta = atoi(argv[3]), group = atoi(argv[4]), pace = atoi(argv[5]);
    signal(SIGPIPE, SIG_IGN);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int door = socket(AF_INET, SOCK_STREAM, 0), *seats = calloc(viewers, sizeof *seats), yes = 1;
    unsigned char *buffer = malloc(key);
    if (door < 0 || !seats || !buffer || bind(door, (void *)&address, length) || listen(door, 1024)) return 1;
    getsockname(door, (void *)&address, &length);
    printf("tcp://127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (int i = 0; i < viewers; i++) {
        if ((seats[i] = accept(door, NULL, NULL)) < 0) return 1;
        setsockopt(seats[i], IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        fcntl(seats[i], F_SETFL, O_NONBLOCK);
    }
    memset(buffer, 0xaa, key);
    memcpy(buffer + 33, "KPKSTAMP", 8);
    struct timespec now, next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (uint64_t number = 0;; number++) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (now.tv_sec - next.tv_sec > 1) next = now;
        put(buffer + 41, number);
        put(buffer + 49, now.tv_sec * 1000000000ull + now.tv_nsec);
        for (int i = 0; i < viewers; i++)
            if (send(seats[i], buffer, number % group ? delta : key, 0) < 0) continue;
        next.tv_nsec += 1000000000 / pace;
        if (next.tv_nsec >= 1000000000) next.tv_sec++, next.tv_nsec -= 1000000000;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
}
