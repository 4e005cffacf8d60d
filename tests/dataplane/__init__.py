"""What is composed, run as processes on this machine with the real parts: `make programs`, then `make dataplane`."""
