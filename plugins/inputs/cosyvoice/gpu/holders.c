#define _GNU_SOURCE
#include "holders.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

/* nvmlProcessInfo_v1_t, and how later versions begin. */
struct process { unsigned pid; unsigned long long bytes; };
/* nvmlProcessInfo_v2_t, which is that of version 3, too. */
struct process_v2 { struct process process; unsigned gpu_instance, compute_instance; };

static struct list find_list(void *nvml, const char *newest, const char *newer, const char *first) {
	const char *names[] = {newest, newer, first};
	for (int i = 0; i < 3; i++) {
		void *call = dlsym(nvml, names[i]);
		if (call != NULL)
			return (struct list){
				(answer (*)(void *, unsigned *, void *))call,
				i < 2 ? sizeof(struct process_v2) : sizeof(struct process),
			};
	}
	return (struct list){NULL, 0};
}

struct holders *holders_new(const char *library) {
	void *nvml = dlopen(library, RTLD_LAZY | RTLD_NOLOAD);
	struct holders *h = calloc(1, sizeof *h);
	if (nvml == NULL || h == NULL) return NULL;
	h->memory = memory_find(nvml);
#define LIST(kind) "nvmlDeviceGet" kind "RunningProcesses"
	h->compute = find_list(nvml, LIST("Compute") "_v3", LIST("Compute") "_v2", LIST("Compute"));
	h->graphics = find_list(nvml, LIST("Graphics") "_v3", LIST("Graphics") "_v2", LIST("Graphics"));
	return h;
}

static bool grow(void **array, uint32_t *room, uint32_t wanted, size_t size) {
	if (wanted <= *room) return true;
	uint32_t larger = wanted < 64 ? 64 : 2 * wanted;
	void *moved = realloc(*array, larger * size);
	if (moved == NULL) return false;
	*array = moved;
	*room = larger;
	return true;
}

/* Adds the processes of a list to those found. */
static answer add_list(struct holders *h, struct list list, void *device) {
	if (list.call == NULL) return FUNCTION_NOT_FOUND;
	unsigned count = 1;
	answer ret;
	do {
		if (!grow(&h->infos, &h->room, count, sizeof(struct process_v2))) return NO_MEMORY;
		count = h->room;
		ret = list.call(device, &count, h->infos);
	} while (ret == INSUFFICIENT_SIZE && count > h->room);
	if (ret != SUCCESS) return ret;
	if (!grow((void **)&h->found, &h->capacity, h->count + count, sizeof *h->found)) return NO_MEMORY;
	for (unsigned i = 0; i < count; i++) {
		struct process *p = (struct process *)((char *)h->infos + i * list.size);
		h->found[h->count++] = (struct holder){p->pid, p->bytes};
	}
	return SUCCESS;
}

static void set_place(struct place *at, int64_t card) {
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	__atomic_store_n(&at->since, now.tv_sec * 1000000000 + now.tv_nsec, __ATOMIC_SEQ_CST);
	__atomic_store_n(&at->card, card, __ATOMIC_SEQ_CST);
}

void holders_read(struct holders *h, struct held *devices, uint32_t count, struct place *at) {
	h->count = 0;
	for (struct held *d = devices; d < devices + count; d++) {
		set_place(at, (int64_t)d->card + 1);
		d->first = h->count;
		if (d->memory) d->memory_answer = memory_read(h->memory, d->device, &d->read);
		if (d->processes) {
			d->processes_answer = add_list(h, h->compute, d->device);
			if (d->processes_answer == SUCCESS) {
				answer ret = add_list(h, h->graphics, d->device);
				if (ret != NOT_SUPPORTED && ret != FUNCTION_NOT_FOUND) d->processes_answer = ret;
			}
		}
		d->count = h->count - d->first;
	}
	set_place(at, 0);
}
