"""The parts of torch that are asked for the allocator's state, and to give memory back."""


class OutOfMemoryError(RuntimeError):
    pass


class GPU:
    def __init__(self, allocated=0, reserved=0, others=0, total=24_000_000_000):
        self.allocated, self.reserved, self.others, self.total = allocated, reserved, others, total


class cuda:
    gpus = [GPU(5_000_000_000, 8_000_000_000)]
    initialized = True
    current = 0
    emptied = []  # where empty_cache was called
    failure = None  # of empty_cache

    @staticmethod
    def is_initialized():
        return cuda.initialized

    @staticmethod
    def device_count():
        return len(cuda.gpus)

    @staticmethod
    def memory_stats(index=0):
        gpu = cuda.gpus[index]
        return {
            "allocated_bytes.all.current": gpu.allocated,
            "allocated_bytes.all.peak": 7_000_000_000,
            "reserved_bytes.all.current": gpu.reserved,
            "num_alloc_retries": 3,
            "num_ooms": 1,
        }

    @staticmethod
    def mem_get_info(index):
        gpu = cuda.gpus[index]
        assert gpu.reserved or cuda.emptied, "a GPU that is not in use would be now"
        return gpu.total - gpu.others - gpu.reserved, gpu.total

    class device:
        def __init__(self, index):
            self.index = index

        def __enter__(self):
            cuda.current, self.before = self.index, cuda.current

        def __exit__(self, *error):
            cuda.current = self.before

    @staticmethod
    def empty_cache():
        if cuda.failure is not None:
            raise cuda.failure
        cuda.emptied.append(cuda.current)
        for gpu in cuda.gpus:
            gpu.reserved = gpu.allocated
