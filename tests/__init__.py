"""The tests mirror function/; what they share lies in modules named for what they hold."""
