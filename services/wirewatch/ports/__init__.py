"""What the core and the workers need from outside, as Protocols. `bootstrap` hands in adapters that fit."""
