"""What a call costs: our function beside an empty one, measured in one run (`make bench`)."""
