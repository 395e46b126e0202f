#define _GNU_SOURCE
#include "sampler.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "memory.h"

#define TARGETS 256  /* 32 cards, all with 7 instances of MIG */
#define SAMPLES 8192 /* two hours of one device, half a minute of 256 */

enum { CLOCK_SM = 1 }; /* of nvml.h */
struct utilization { unsigned gpu, memory; };

struct target {
	void *device;
	uint32_t card;
	bool memory, utilization, clock; /* whether to ask for it */
};

struct sampler {
	struct memory_calls memory;
	/* NULL where the driver does not export it. */
	answer (*utilization)(void *device, struct utilization *);
	answer (*clock)(void *device, int clock, unsigned *mhz);

	pthread_mutex_t lock; /* of the rest; never held during a call of the driver */
	struct target targets[TARGETS];
	uint32_t target_count;
	struct sample samples[SAMPLES]; /* a ring */
	uint32_t first, count;
	double asked; /* when the question under way was put, 0 if there is none */
	uint32_t asked_card;
};

static double now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Reads one device, and notes of it what need not be asked again. */
static struct sample read_target(struct sampler *s, struct target *t) {
	struct timespec wall;
	clock_gettime(CLOCK_REALTIME, &wall);
	struct sample out = {
		.at = wall.tv_sec * 1000 + wall.tv_nsec / 1000000,
		.used = UINT64_MAX, .busy = UINT32_MAX, .clock_sm = UINT32_MAX,
	};
	if (t->memory) {
		struct memory memory;
		answer ret = memory_read(s->memory, t->device, &memory);
		out.used = memory.used;
		t->memory = ret != NOT_SUPPORTED && ret != FUNCTION_NOT_FOUND;
	}
	if (t->utilization) {
		struct utilization u;
		answer ret = s->utilization(t->device, &u);
		if (ret == SUCCESS) out.busy = u.gpu;
		t->utilization = ret != NOT_SUPPORTED;
	}
	if (t->clock && out.busy != 0) { /* that of an idle card explains nothing */
		unsigned mhz;
		answer ret = s->clock(t->device, CLOCK_SM, &mhz);
		if (ret == SUCCESS) out.clock_sm = mhz;
		t->clock = ret != NOT_SUPPORTED;
	}
	return out;
}

static void keep(struct sampler *s, struct sample sample) {
	if (s->count == SAMPLES) {
		s->first = (s->first + 1) % SAMPLES;
		s->count--;
	}
	s->samples[(s->first + s->count++) % SAMPLES] = sample;
}

void sampler_round(void *sampler) {
	struct sampler *s = sampler;
	pthread_mutex_lock(&s->lock);
	for (uint32_t i = 0; i < s->target_count; i++) {
		struct target t = s->targets[i];
		s->asked = now();
		s->asked_card = t.card;
		pthread_mutex_unlock(&s->lock);
		struct sample sample = read_target(s, &t);
		pthread_mutex_lock(&s->lock);
		s->asked = 0;
		if (i >= s->target_count || s->targets[i].device != t.device) break; /* they were replaced */
		s->targets[i] = t;
		sample.target = i;
		if (sample.used != UINT64_MAX || sample.busy != UINT32_MAX || sample.clock_sm != UINT32_MAX) keep(s, sample);
	}
	pthread_mutex_unlock(&s->lock);
}

struct sampler *sampler_new(const char *library) {
	void *nvml = dlopen(library, RTLD_LAZY | RTLD_NOLOAD);
	struct sampler *s = calloc(1, sizeof *s);
	if (nvml == NULL || s == NULL) return NULL;
	s->memory = memory_find(nvml);
	s->utilization = (answer (*)(void *, struct utilization *))dlsym(nvml, "nvmlDeviceGetUtilizationRates");
	s->clock = (answer (*)(void *, int, unsigned *))dlsym(nvml, "nvmlDeviceGetClockInfo");
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

void sampler_forget_targets(struct sampler *s) {
	pthread_mutex_lock(&s->lock);
	s->target_count = s->count = 0;
	pthread_mutex_unlock(&s->lock);
}

void sampler_add_target(struct sampler *s, void *device, uint32_t card, bool memory_only) {
	pthread_mutex_lock(&s->lock);
	if (s->target_count < TARGETS)
		s->targets[s->target_count++] = (struct target){
			.device = device,
			.card = card,
			.memory = true,
			.utilization = !memory_only && s->utilization != NULL,
			.clock = !memory_only && s->clock != NULL,
		};
	pthread_mutex_unlock(&s->lock);
}

uint32_t sampler_take(struct sampler *s, struct sample *out, uint32_t room) {
	uint32_t taken = 0;
	pthread_mutex_lock(&s->lock);
	for (; taken < room && s->count > 0; s->count--) {
		out[taken++] = s->samples[s->first];
		s->first = (s->first + 1) % SAMPLES;
	}
	if (s->count == 0) s->first = 0; /* so that no more memory is touched than needed */
	pthread_mutex_unlock(&s->lock);
	return taken;
}

double sampler_waits(struct sampler *s, uint32_t *card) {
	pthread_mutex_lock(&s->lock);
	double waits = s->asked == 0 ? 0 : now() - s->asked;
	*card = s->asked_card;
	pthread_mutex_unlock(&s->lock);
	return waits;
}
