"""processes.py - what the kernel tells of processes."""


def children(pid):
    """Numbers of those that a process of one thread has; none where it has ended."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
            return [int(p) for p in f.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
