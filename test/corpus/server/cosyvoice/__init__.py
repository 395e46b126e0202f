"""A stand-in for CosyVoice that sleeps where the real one computes.

It has the calls, threads, log records and clock readings of the real one, so that its log
has the same shape, and none of its code.
"""
