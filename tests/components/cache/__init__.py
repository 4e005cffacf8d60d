"""The programs that run beside a Cache's registry, alone: on made-up stores, in each shell that is here."""
