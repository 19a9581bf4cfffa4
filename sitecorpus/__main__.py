"""`python -m sitecorpus`."""

from sitecorpus.cli import main

main()
