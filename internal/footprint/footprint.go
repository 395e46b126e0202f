// Package footprint makes a long-running program small.
package footprint

/*
#define _GNU_SOURCE
#include <link.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

// drop is called for the program first, and ends there: a library may have been written to,
// where it has relocations in its code.
static int drop(struct dl_phdr_info *file, size_t size, void *unused) {
	for (int i = 0; i < file->dlpi_phnum; i++) {
		const ElfW(Phdr) *s = &file->dlpi_phdr[i];
		if (s->p_type != PT_LOAD || s->p_flags & PF_W) continue;
		uintptr_t begin = file->dlpi_addr + s->p_vaddr, end = begin + s->p_memsz;
		begin -= begin % (uintptr_t)sysconf(_SC_PAGESIZE);
		madvise((void *)begin, end - begin, MADV_DONTNEED);
	}
	return 1;
}

static void drop_program(void) { dl_iterate_phdr(drop, NULL); }
*/
import "C"

// Trim takes the code and the constants of the program out of its memory. What is needed
// comes back from the kernel's cache at its next use, at a microsecond for 64 KiB; the rest,
// which only the start needed, stays out. Nothing is lost: a program for Linux never writes
// to these parts of its file.
func Trim() { C.drop_program() }
