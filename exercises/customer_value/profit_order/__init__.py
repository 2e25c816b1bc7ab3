"""In which order do five accounts stand once serving them is paid for?"""
