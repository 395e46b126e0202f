"""Import hooks of others, which must go on working: one whose loader is a class, and one
that has put its own exec_module into the loader."""
import sys
from importlib.machinery import ModuleSpec, PathFinder

import cosyvoice.cli

MODULE = "cosyvoice.cli.cosyvoice"


class ClassLoader:
    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        print("loaded by a class")


class ClassHook:
    @staticmethod
    def find_spec(name, path, target=None):
        return ModuleSpec(name, ClassLoader) if name == MODULE else None


class InstanceHook:
    @staticmethod
    def find_spec(name, path, target=None):
        if name != MODULE:
            return None
        spec = PathFinder.find_spec(name, path, target)
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            print("hooked by another")

        spec.loader.exec_module = exec_module
        return spec


for hook in (ClassHook, InstanceHook):
    sys.meta_path.insert(1, hook)  # behind the one of sitecustomize.py
    __import__(MODULE)
    del sys.modules[MODULE], sys.meta_path[1]
