/* Reads /proc/<pid>/stat of some processes once a second and keeps the lines until they
 * are fetched: in C, see package everysecond. */
#ifndef PROCESS_RECORDER_H
#define PROCESS_RECORDER_H

#include <stdint.h>

struct record {
	int64_t at;       /* of its round: CLOCK_MONOTONIC, in nanoseconds */
	uint32_t target;  /* the number of the process among the targets */
	uint32_t length;  /* of the line, 0 if the process is gone */
	char line[496];   /* the longest possible fields up to the resident pages fit in */
};

struct recorder;

struct recorder *recorder_new(void);

/* Sets the open stat files of the processes to read; at most 256 are. The lines that were
 * not taken are lost, and files that were set before may be closed. */
void recorder_watch(struct recorder *r, const int *files, uint32_t count);

/* Reads all targets; the argument is a recorder. */
void recorder_round(void *recorder);

/* Moves the oldest lines to out, at most room of them, and returns how many. */
uint32_t recorder_take(struct recorder *r, struct record *out, uint32_t room);

/* The clock of the records, now. */
int64_t recorder_clock(void);

#endif
