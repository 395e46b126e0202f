#include "everysecond.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

struct everysecond {
	void (*work)(void *);
	void *argument;
	pthread_t thread;
	pthread_mutex_t lock; /* of stopped */
	pthread_cond_t stop;
	bool stopped;
};

static void *run(void *self) {
	struct everysecond *e = self;
	pthread_mutex_lock(&e->lock);
	while (!e->stopped) {
		struct timespec next;
		clock_gettime(CLOCK_MONOTONIC, &next);
		next.tv_sec++;
		next.tv_nsec = 0;
		int woken = 0;
		while (!e->stopped && woken == 0) woken = pthread_cond_timedwait(&e->stop, &e->lock, &next);
		if (e->stopped) break;
		pthread_mutex_unlock(&e->lock);
		e->work(e->argument);
		pthread_mutex_lock(&e->lock);
	}
	pthread_mutex_unlock(&e->lock);
	return NULL;
}

static bool start_thread(struct everysecond *e) {
	/* Signals are for Go's threads; a new thread begins with the mask of its maker. */
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failure = pthread_create(&e->thread, NULL, run, e);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failure == 0;
}

struct everysecond *everysecond_start(void (*work)(void *), void *argument) {
	struct everysecond *e = calloc(1, sizeof *e);
	if (e == NULL) return NULL;
	e->work = work;
	e->argument = argument;
	pthread_mutex_init(&e->lock, NULL);
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&e->stop, &monotonic);
	if (start_thread(e)) return e;
	free(e);
	return NULL;
}

void everysecond_stop(struct everysecond *e) {
	pthread_mutex_lock(&e->lock);
	e->stopped = true;
	pthread_cond_signal(&e->stop);
	pthread_mutex_unlock(&e->lock);
	pthread_join(e->thread, NULL);
	free(e);
}
