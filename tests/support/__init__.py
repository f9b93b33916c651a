"""What tests and the writers of goldens share: signals, cases, references, benches."""
