// Package footprint makes a long-running program small.
package footprint

/*
#define _GNU_SOURCE
#include <link.h>
#include <stdint.h>
#include <sys/mman.h>

enum { PAGE = 4096 }; // or a larger power of 2, which the kernel makes of it

static int drop(struct dl_phdr_info *file, size_t size, void *unused) {
	for (int i = 0; i < file->dlpi_phnum; i++) {
		const ElfW(Phdr) *s = &file->dlpi_phdr[i];
		if (s->p_type != PT_LOAD || s->p_flags & PF_W) continue;
		uintptr_t begin = file->dlpi_addr + s->p_vaddr, page = begin & -(uintptr_t)PAGE;
		madvise((void *)page, begin + s->p_memsz - page, MADV_DONTNEED);
	}
	return 0;
}

static void drop_all(void) { dl_iterate_phdr(drop, NULL); }
*/
import "C"

// Trim takes the code and the constants of the program and its libraries out of its memory.
// What is needed comes back from the kernel's cache at its next use, at a microsecond for 64
// KiB; the rest, which only the start needed, stays out. Nothing is lost: these parts of a
// file are never written to.
func Trim() { C.drop_all() }
