"""The only room that talks to C: plans, arrays, threads, memory."""
