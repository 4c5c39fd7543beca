"""What a link looks like where it is pasted: a title, a sentence, and a picture that the server draws."""
