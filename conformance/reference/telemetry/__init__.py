"""What the deployment tells the control plane about itself: six kinds, from three senders."""
