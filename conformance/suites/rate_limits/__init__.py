"""What a user's token may cause outside: judged by what the control plane heard of it."""
