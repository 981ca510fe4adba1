"""A student's page of feedback: what the submission alone decides, and what the gradebook adds."""
