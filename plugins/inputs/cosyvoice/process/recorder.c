#include "recorder.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TARGETS 256
#define RECORDS 2048 /* a megabyte, of which only as much is touched as one tick needs */

struct recorder {
	pthread_mutex_t lock; /* of the rest */
	int files[TARGETS];
	uint32_t file_count;
	struct record records[RECORDS]; /* a ring */
	uint32_t first, count;
};

int64_t recorder_clock(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000 + t.tv_nsec;
}

struct recorder *recorder_new(void) {
	struct recorder *r = calloc(1, sizeof *r);
	if (r != NULL) pthread_mutex_init(&r->lock, NULL);
	return r;
}

void recorder_watch(struct recorder *r, const int *files, uint32_t count) {
	pthread_mutex_lock(&r->lock);
	r->file_count = count < TARGETS ? count : TARGETS;
	memcpy(r->files, files, r->file_count * sizeof *files);
	r->first = r->count = 0;
	pthread_mutex_unlock(&r->lock);
}

/* The place for the next record: that of the oldest if there is no other. */
static struct record *next(struct recorder *r) {
	if (r->count == RECORDS) {
		r->first = (r->first + 1) % RECORDS;
		r->count--;
	}
	return &r->records[(r->first + r->count) % RECORDS];
}

void recorder_round(void *recorder) {
	struct recorder *r = recorder;
	int64_t at = recorder_clock();
	pthread_mutex_lock(&r->lock);
	for (uint32_t i = 0; i < r->file_count; i++) {
		struct record *record = next(r);
		ssize_t length = pread(r->files[i], record->line, sizeof record->line, 0);
		if (length < 0 && errno != ESRCH) continue;
		record->at = at;
		record->target = i;
		record->length = length > 0 ? (uint32_t)length : 0;
		r->count++;
	}
	pthread_mutex_unlock(&r->lock);
}

uint32_t recorder_take(struct recorder *r, struct record *out, uint32_t room) {
	uint32_t taken = 0;
	pthread_mutex_lock(&r->lock);
	for (; taken < room && r->count > 0; r->count--) {
		out[taken++] = r->records[r->first];
		r->first = (r->first + 1) % RECORDS;
	}
	if (r->count == 0) r->first = 0; /* so that no more memory is touched than needed */
	pthread_mutex_unlock(&r->lock);
	return taken;
}
