"""What the class did not understand: figures, made of kept results and the gradebook."""
