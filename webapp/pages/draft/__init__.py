"""The draft of a study: a recipe as a form, a form as a recipe, and what is known of it before it is submitted."""
