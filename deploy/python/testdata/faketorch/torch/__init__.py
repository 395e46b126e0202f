"""The part of torch that is asked for the allocator's state."""


class OutOfMemoryError(RuntimeError):
    pass


class cuda:
    allocated, peak = 5_000_000_000, 7_000_000_000
    initialized = True

    @staticmethod
    def is_initialized():
        return cuda.initialized

    @staticmethod
    def memory_stats():
        return {
            "allocated_bytes.all.current": cuda.allocated,
            "allocated_bytes.all.peak": cuda.peak,
            "reserved_bytes.all.current": 8_000_000_000,
            "num_alloc_retries": 3,
            "num_ooms": 1,
        }
