"""The ear: how the model that hears callers is made, and how well it hears."""
