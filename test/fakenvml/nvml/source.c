#include "source.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file of the current state stays open: while it does, no file that
 * replaces it can get the same inode number, so none is mistaken for it. */
static int file = -1;
static struct stat seen;
static struct state *current;

/* A state has room for every device, and most of it stays empty: mapped, only what is
 * used takes memory, and it goes back to the system at once. malloc would keep it, for
 * each thread that loads. */
static struct state *new_state(void) {
    void *state = mmap(NULL, sizeof(struct state), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return state == MAP_FAILED ? NULL : state;
}

static void free_state(struct state *state) {
    if (state != NULL) munmap(state, sizeof *state);
}

void source_close(void) {
    if (file >= 0) close(file);
    file = -1;
    free_state(current);
    current = NULL;
}

static bool unchanged(const struct stat *now) {
    return file >= 0 && now->st_ino == seen.st_ino && now->st_dev == seen.st_dev && now->st_size == seen.st_size &&
           now->st_mtim.tv_sec == seen.st_mtim.tv_sec && now->st_mtim.tv_nsec == seen.st_mtim.tv_nsec;
}

static char *read_whole(int from, size_t size) {
    char *text = malloc(size + 1);
    if (text == NULL) return NULL;
    ssize_t got = read(from, text, size);
    text[got > 0 ? got : 0] = '\0';
    return text;
}

static nvmlReturn_t load(const char *path) {
    source_close();
    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &seen) != 0) return NVML_ERROR_DRIVER_NOT_LOADED;

    char *text = read_whole(file, (size_t)seen.st_size);
    struct state *fresh = new_state();
    if (text == NULL || fresh == NULL) {
        free(text);
        free_state(fresh);
        return NVML_ERROR_UNKNOWN;
    }
    int bad_line = state_parse(fresh, text);
    free(text);
    if (bad_line != 0) {
        fprintf(stderr, "fake NVML: %s:%d: cannot understand this line\n", path, bad_line);
        free_state(fresh);
        return NVML_ERROR_UNKNOWN;
    }
    current = fresh;
    return NVML_SUCCESS;
}

int source_watch(void) {
    const char *path = getenv("FAKE_NVML_STATE");
    if (path == NULL) return -1;
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", path);
    int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch >= 0) inotify_add_watch(watch, dirname(folder), IN_MOVED_TO | IN_CLOSE_WRITE);
    return watch;
}

const struct state *source_read(nvmlReturn_t *error) {
    const char *path = getenv("FAKE_NVML_STATE");
    struct stat now;
    if (path == NULL || stat(path, &now) != 0) {
        *error = NVML_ERROR_DRIVER_NOT_LOADED;
        return NULL;
    }
    *error = unchanged(&now) ? (current != NULL ? NVML_SUCCESS : NVML_ERROR_UNKNOWN) : load(path);
    return current;
}
