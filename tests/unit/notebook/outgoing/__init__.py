"""What leaves the kernel: the gate, the ledger, and the rules about privacy."""
