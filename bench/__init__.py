"""How fast the line is, beside a bare view on the same server in the same run."""
