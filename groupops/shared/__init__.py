"""The bottom of the house: ideas every app leans on. No models."""
