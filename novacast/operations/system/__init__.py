"""The machine that all runs on: processors, memory, disk, network, children; the log; settings; the examination."""
