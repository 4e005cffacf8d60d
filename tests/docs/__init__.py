"""What the documents say is so: these tests go red when the code changes and the documents do not."""
